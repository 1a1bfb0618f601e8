#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image: a Python that is new enough, and what étude needs.
set -euo pipefail
root=${ETUDE_AUTOGRADER:-/autograder}

if (cd / && python3 -c 'import etude') 2>/dev/null; then
  echo "étude is installed here already"
  exit 0
fi

apt-get update
apt-get install -y --no-install-recommends libseccomp2 python3 python3-venv
python=python3
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  apt-get install -y --no-install-recommends python3.11 python3.11-venv
  python=python3.11
fi
"$python" -m venv "$root/venv"
"$root/venv/bin/pip" install --no-cache-dir --requirement "$root/source/requirements.txt"
