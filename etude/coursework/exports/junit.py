"""JUnit XML, which every CI system shows: a suite for each student and exercise, a case for each check."""

from __future__ import annotations

from xml.etree import ElementTree

from etude.batch.store import Result
from etude.coursework.exports.reasons import problem, reason
from etude.coursework.grades import Grades
from etude.render.visible import visible_line
from etude.report import CheckResult, Report, Status

_TAGS = {Status.FAILED: "failure", Status.ERROR: "error", Status.SKIPPED: "skipped"}


def junit_xml(grades: Grades, exam: bool) -> bytes:
    """Every text is `visible`, so that no character is left that XML cannot hold."""
    root = ElementTree.Element("testsuites", name="etude")
    for student in grades.students:
        for exercise in grades.exercises:
            if result := grades.results.get((student, exercise)):
                root.append(_suite(result, exam))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return content


def _suite(result: Result, exam: bool) -> ElementTree.Element:
    report = result.report.for_exam() if exam and result.report else result.report
    where = f"{visible_line(result.student)}.{result.exercise}"
    suite = ElementTree.Element("testsuite", name=where)
    if report is None:
        case = ElementTree.SubElement(suite, "testcase", classname=where, name="The answer can be read.", time="0")
        ElementTree.SubElement(case, "error", message=visible_line(result.refused))
    else:
        suite.set("time", f"{report.seconds:.3f}")
        properties = ElementTree.SubElement(suite, "properties")
        for name, points in (("score", report.score), ("maximum", report.maximum)):
            ElementTree.SubElement(properties, "property", name=name, value=str(points))
        suite.extend([_case(where, report, check) for check in report.checks])
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    return suite


def _case(where: str, report: Report, check: CheckResult) -> ElementTree.Element:
    name = visible_line(check.description)
    case = ElementTree.Element("testcase", classname=where, name=name, time=f"{check.seconds:.3f}")
    if check.status is not Status.PASSED:
        outcome = ElementTree.SubElement(case, _TAGS[check.status])
        outcome.set("message", problem(report, check) or check.status.value)
        if check.status is not Status.SKIPPED:
            outcome.set("type", check.category.value)
            outcome.text = reason(report, check)
    elif check.partial:  # JUnit knows no part of a pass
        ElementTree.SubElement(case, "system-out").text = reason(report, check)
    return case
