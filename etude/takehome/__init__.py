"""Take-home tests: invitations, what came back, and what a hiring team reads. Without a server."""
