import json

from superlaw.setting.case import DYNAMICS, INPUTS, STUDENTS
from superlaw.solvers.solve import CURVES
from superlaw.storage import to_json
from superlaw.theory.exponents import LAWS
from superlaw.validation.reports.coverage import coverage
from superlaw.validation.training.plan import TRAINERS


def test_coverage_holds_every_row_of_the_three_tables():
    cases = coverage().cases
    for table, part in ((LAWS, "laws"), (CURVES, "solvers"), (TRAINERS, "trainers")):
        for row in table.rows:
            for student in row.students:
                named = [
                    entry["name"]
                    for found in cases
                    if found.student == student
                    and found.inputs in row.inputs
                    and found.dynamics in row.dynamics
                    for entry in getattr(found, part)
                ]
                assert named.count(row.name) >= len(row.inputs) * len(row.dynamics)


def test_coverage_is_plain_data_text_and_a_page():
    found = coverage()
    data = json.loads(to_json(found))["cases"]
    assert {covered["student"] for covered in data} == set(STUDENTS)
    first = data[0]
    modes = {"name": "sequential modes", "options": [], "conditions": ["task a power law"]}
    assert first["laws"][0] == modes
    assert "integrators: features, rtol" in str(found)
    page = found.to_markdown()
    assert all(text in page for words in (STUDENTS, INPUTS, DYNAMICS) for text in words.values())


def test_a_merged_line_says_of_each_kind_what_its_own_line_would():
    found = coverage()
    lines = str(found).splitlines()
    heads = [line for line in lines if not line.startswith("  ")]
    told = 0
    for line in heads:
        inputs = line.split("inputs: ")[1].split(";")[0].split(", ")
        training = line.split("training: ")[1].split(", ")
        told += len(inputs) * len(training)
    assert told == len(found.cases)
