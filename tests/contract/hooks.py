"""What schemathesis cannot know of the registry from its contract alone."""

import json

import schemathesis
from hypothesis import strategies as st
from schemathesis.openapi.checks import RejectedPositiveData

# Faults of a request that fits its schema: they depend on what the registry holds, or on how values agree.
BEYOND_SCHEMAS = {
    "blank": "a text says something in at least one language",
    "ends_before_start": "the last day is not before the first",
    "forbidden_character": "a text holds nothing that is invisible",
    "invalid_cursor": "a cursor comes from an answer to the same filters",
    "missing_field": "a merge patch leaves an object whole",
    "unknown_value": "what is referred to exists",
    "wrong_check_digit": "a business id is one that can be given out",
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Lets a request that fits its schema be refused for what no schema says, and for nothing else."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
        return True
    return not all(map(beyond_schemas, response.json().get("errors", [])))


def beyond_schemas(error):
    match error["code"], error["pointer"]:
        # What can be the name of a host is too much for a pattern.
        case "malformed_value", "/contact/website" | "/contact/email":
            return True
        # A push adds the id by which it is made.
        case "too_many_values", "/external_ids":
            return True
        case code, _:
            return code in BEYOND_SCHEMAS


# What no two objects may have.
UNIQUE = {"business_id", "external_ids"}


@schemathesis.hook
def before_generate_body(context, strategy):
    """Writes what the contract gives as its example every other time, so that there is something to be changed."""
    contents = context.operation.definition.raw.get("requestBody", {}).get("content", {}).values()
    examples = [
        {field: value for field, value in content["example"].items() if field not in UNIQUE} for content in contents
    ]
    return st.one_of(*map(st.just, examples), strategy) if examples else strategy


@schemathesis.deserializer("application/x-ndjson")
def lines(context, response):
    """Reads what comes as a line for each item."""
    return [json.loads(line) for line in response.text.splitlines()]
