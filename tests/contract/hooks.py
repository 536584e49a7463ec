"""What schemathesis cannot know of the registry from its contract alone."""

import json
import os
import re

import schemathesis
from hypothesis import strategies as st
from schemathesis.openapi.checks import RejectedPositiveData

# Faults of a request that fits its schema: they depend on what the registry holds, or on how values agree.
BEYOND_SCHEMAS = {
    "contradictory": "hours in OpenStreetMap's syntax say the same as the structured form beside them",
    "excluded": "some parameters, and some fields, do not stand beside each other",
    "needed_to_publish": "what is published says more than a draft",
    "overlapping": "seasons and exceptions do not overlap",
    "reserved": "nobody writes under the registry's own source",
    "unsupported_hours": "OpenStreetMap's syntax says more than can be kept",
    "blank": "a text says something in at least one language",
    "ends_before_start": "the last day is not before the first",
    "forbidden_character": "a text holds nothing that is invisible",
    "invalid_cursor": "a cursor comes from an answer to the same filters",
    "not_eligible": "a call says who may apply",
    "needed_to_submit": "what is submitted says more than a draft",
    "not_valid_at": "an area was there on the day",
    "wrong_check_digit": "a business id is one that can be given out",
}
# What names something that has to exist.
REFERENCES = re.compile(
    r"(.*/)?(key|replaces|applicant|applications?|areas?|asked|beneficiary|call|clients|coordinators|criterion|framework|from|grant"
    r"|hospital_district|lead|load|location|municipality|organisation|organiser|other|partners|population_date"
    r"|predecessor|previous|previous_round|programme|provider|question|region|regions|round|subject|successor"
    r"|to|wellbeing_services_county)(/\d+)?"
)
# What others do than who may do nearly everything: applicants, evaluators, and those who assess themselves. Of steps some
# are theirs too.
OTHERS = re.compile(r"/v1/(applications|assessments|evaluations)(/\{id\})?|.*/(transitions|comments)|/v1/change-requests")
# What says that something goes with it: hours, areas, points, places, channels, levels and days of a season are whole; a
# load has rows, what is returned has remarks, and what is accepted with changes has terms.
PARTS_OF_A_WHOLE = re.compile(
    r"opening_hours|service_area|point|/locations/\d+|/channels/\d+|^radius_km$|^sort$|/levels$|^/(rows|remarks)$|^/terms"
    r"|^/(starts|ends)/|/answers/\d+/level$"
)
# A row of need indicators, and of it what hangs on other columns or on the day.
ROW = re.compile(r"/rows/\d+(/(date|value|uncertainty))?")
# What tells one part of a list from the next.
NAMES = re.compile(
    r"/(key|code|criterion|question|goal|level|application|cost_category|locations|questions|criteria|levels|goals|answers"
    r"|scores|budget|costs|decisions|improvement_actions|mapping|task_type|(from|to)/\d+)(/\d+)?$"
)
DEPENDING = re.compile(r"/delivery_modes/\d+|/target_groups|.*/weeks_of_month/\d+")


@schemathesis.serializer("text/csv")
def table(ctx, value):
    """A table is written as it is made up."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    """One object a line."""
    return json.dumps(value).encode() + b"\n"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Lets a request that fits its schema be refused for what no schema says, and for nothing else."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
        return True
    errors = response.json().get("errors")
    return not errors or not all(beyond_schemas(error, case.method) for error in errors)


def beyond_schemas(error, method):
    match error["code"], error["parameter"] or error["pointer"]:
        case _, place if place.startswith("/header"):
            # No schema says what a table is.
            return True
        case "unknown_value", place:
            # What has to exist; or a means of another form of support, everyone and somebody besides, a week nought.
            return REFERENCES.fullmatch(place) is not None or DEPENDING.fullmatch(place) is not None
        case "missing_field", place:
            # What has a successor has ended; and what is left of an object after a merge patch is whole.
            return place == "/valid_to" or method == "PATCH" or PARTS_OF_A_WHOLE.search(place) is not None
        case "malformed_value" | "out_of_range", "bbox" | "open_at" | "open_state_at":
            # Corners in their order, and a day that there is.
            return True
        case "malformed_value", place if place.endswith("/osm"):
            # A syntax of its own.
            return True
        case "out_of_range", place if place.endswith(("/opens", "/closes", "/last_day")):
            # A day begins before it ends, and an exception is no year.
            return True
        case "malformed_value", place if place.endswith(("/begins", "/ends", "/url")):
            # Days that a year has, and what can be the name of a host.
            return True
        case "repeated_value", place if place == "/locations" or NAMES.search(place):
            # Each location once, whatever else is said of it; and in a list each name.
            return True
        case "out_of_range", place if place == "/best/weights" or place.startswith("/mapping/"):
            # Something weighs something, and of what was kept there is one.
            return True
        case "out_of_range", place if place.endswith(("_on", "/day")) or place.startswith("/reminders/"):
            # Days in their order, and those that have been.
            return True
        case "malformed_value", "/contact/website" | "/contact/email" | "/booking_url":
            # What can be the name of a host is too much for a pattern.
            return True
        case "out_of_range" | "malformed_value", place if ROW.fullmatch(place):
            # Days that have been, and figures by what they count in.
            return True
        case "repeated_value", place if place == "weight" or ROW.fullmatch(place):
            # Each indicator once, and each figure.
            return True
        case "too_many_values", "/external_ids":
            # A push adds the id by which it is made.
            return method == "PUT"
        case code, _:
            return code in BEYOND_SCHEMAS


@schemathesis.check
def whoever_may_everything_is_not_refused(ctx, response, case):
    """Sees a registry that lets nobody in: to whom everything is allowed, nothing is forbidden."""
    may = os.environ.get("DIGITUKI_TEST_CALLER") == "national_developer"
    if may and case.method != "GET" and OTHERS.fullmatch(case.path) and response.status_code == 403:
        return
    if may and case.path != "/oauth2/token" and response.status_code in (401, 403):
        raise AssertionError(f"{response.status_code} to a client that may do everything")


# What no two objects may have.
UNIQUE = {"business_id", "external_ids"}


@schemathesis.hook
def before_generate_body(context, strategy):
    """Writes what the contract gives as its example every other time, so that there is something to be changed."""
    contents = context.operation.definition.raw.get("requestBody", {}).get("content", {}).values()
    examples = [content["example"] for content in contents]
    # Of what comes in several formats each has an example of its own.
    if not all(isinstance(example, dict) for example in examples):
        return strategy
    examples = [{field: value for field, value in example.items() if field not in UNIQUE} for example in examples]
    return st.one_of(*map(st.just, examples), strategy) if examples else strategy


@schemathesis.deserializer("application/x-ndjson")
def lines(context, response):
    """Reads what comes as a line for each item."""
    return [json.loads(line) for line in response.text.splitlines()]
