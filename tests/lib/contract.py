"""The OpenAPI file as a judge: does this reply keep what it promises?"""

import json
import os
import re

import jsonschema

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROBLEM = "application/problem+json"


class Broken(AssertionError):
    """A reply that the contract does not allow."""


def _no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key stands twice in {keys}")
    return dict(pairs)


def strict_json(text):
    """Parse JSON, refusing what Python would let pass."""
    def no_constant(name):
        raise ValueError(f"{name} is no JSON")
    return json.loads(text, object_pairs_hook=_no_duplicates,
                      parse_constant=no_constant)


class Contract:
    """docs/openapi.json, with one compiled validator a schema."""

    def __init__(self, path=os.path.join(ROOT, "docs", "openapi.json")):
        with open(path, encoding="utf-8") as f:
            self.doc = strict_json(f.read())
        self.paths = []
        for pattern, operations in self.doc["paths"].items():
            regex = re.sub(r"\{[a-z]+\}", r"[^/]+", pattern)
            self.paths.append((re.compile(regex + r"\Z"), pattern, operations))
        self.validators = {}
        self.seen = set()

    def operations(self):
        """(METHOD, path pattern, operation) of everything promised."""
        for _, pattern, operations in self.paths:
            for method, operation in operations.items():
                yield method.upper(), pattern, operation

    def find(self, method, path):
        """The operation, its pattern; None where nothing is promised."""
        path = path.split("?")[0]
        # A path without braces wins over one with them.
        for regex, pattern, operations in sorted(
                self.paths, key=lambda p: p[1].count("{")):
            if regex.match(path) and method.lower() in operations:
                return operations[method.lower()], pattern
        return None, None

    def resolve(self, node):
        while "$ref" in node:
            target = self.doc
            for part in node["$ref"][2:].split("/"):
                target = target[part]
            node = target
        return node

    def validator(self, schema):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {**schema, "components": self.doc["components"]}
            self.validators[key] = jsonschema.Draft202012Validator(
                whole, format_checker=_formats)
        return self.validators[key]

    def check(self, method, path, status, headers, body):
        """Raise Broken where the reply is not what was promised.

        headers: lower-case names. Returns the parsed body or None.
        """
        where = f"{method} {path} -> {status}"
        operation, pattern = self.find(method, path)
        if operation is None:
            return self._check_problem(where, status, headers, body)
        if status == 200 and "dry_run=true" in path.split("?")[-1]:
            return self._check_dry_run(where, operation, headers, body)
        if str(status) not in operation["responses"]:
            if status in (404, 405, 413, 429):
                return self._check_problem(where, status, headers, body)
            raise Broken(f"{where}: a status that is not promised: "
                         f"{body[:300]!r}")
        self.seen.add((method, pattern, status))
        response = self.resolve(operation["responses"][str(status)])
        for name in response.get("headers", {}):
            if name.lower() not in headers:
                raise Broken(f"{where}: no header {name}")
        content = response.get("content")
        if not content:
            if body:
                raise Broken(f"{where}: a body where none is promised")
            return None
        kind = headers.get("content-type", "")
        if kind not in content:
            raise Broken(f"{where}: content type {kind!r}: {body[:300]!r}")
        if kind == PROBLEM:
            return self._check_problem(where, status, headers, body)
        return self._check_schema(where, content[kind]["schema"], body)

    def _check_dry_run(self, where, operation, headers, body):
        if "x-dry-run" not in operation:
            raise Broken(f"{where}: a dry run that is not promised")
        (kind, content), = self.resolve(
            operation["x-dry-run"])["content"].items()
        if headers.get("content-type") != kind:
            raise Broken(f"{where}: not {kind}: {body[:300]!r}")
        return self._check_schema(where, content["schema"], body)

    def _check_schema(self, where, schema, body):
        try:
            value = strict_json(body.decode("utf-8"))
        except ValueError as broken:
            raise Broken(f"{where}: {broken}: {body[:300]!r}") from None
        errors = sorted(self.validator(schema).iter_errors(value),
                        key=lambda e: list(map(str, e.path)))
        if errors:
            e = errors[0]
            raise Broken(f"{where}: at {'/'.join(map(str, e.path))}: "
                         f"{e.message}")
        return value

    def _check_problem(self, where, status, headers, body):
        if headers.get("content-type") != PROBLEM:
            raise Broken(f"{where}: not a problem document: {body[:300]!r}")
        value = self._check_schema(
            where, {"$ref": "#/components/schemas/Problem"}, body)
        if value["status"] != status:
            raise Broken(f"{where}: says status {value['status']}")
        if value["request_id"] != headers.get("x-request-id", ""):
            raise Broken(f"{where}: another request id in the header")
        return value


_formats = jsonschema.FormatChecker(formats=())


@_formats.checks("date-time")
def _is_time(value):
    return not isinstance(value, str) or re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", value) is not None
