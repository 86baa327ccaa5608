"""How a driver reads its table of alertd.toml: a small pydantic model, and errors that name the option.

The text of an error never holds the value: it may be a password.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from gateways.contract import OptionError

_EXPECTED: Final = {
    "int_type": "is not a whole number; write one, without quotes",
    "int_from_float": "is not a whole number; write one, without quotes",
    "float_type": "is not a number; write one, without quotes",
    "bool_type": "is neither true nor false; write one of them, without quotes",
    "string_type": "is not text; write it between quotes",
    "string_pattern_mismatch": "is not written as this driver takes it; config/alertd.toml and docs/fournisseurs.md show how",
}

_SECRET_FILE_LIMIT = 4096  # bytes; a password, not a disk image named by mistake


class Options(BaseModel):
    """What every driver's own options derive from: an unknown option is an error, not a typing slip kept silent."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


O = TypeVar("O", bound=Options)  # noqa: E741 - O for options


def read_options(name: str, model: type[O], table: Mapping[str, object]) -> O:
    """Validate the table of the gateway `name`, whose numbers are numbers: never "25" for 25.

    Raises `OptionError`: one sentence for each fault, each beginning with `[gateways.NAME] option`.
    """
    try:
        # JSON's strictness is the one that fits TOML, as for alertd's own settings: paths and secrets are text there.
        return model.model_validate_json(json.dumps(dict(table), default=str), strict=True)
    except ValidationError as error:
        faults = (_sentence(name, fault) for fault in error.errors(include_input=False, include_url=False))
        raise OptionError("; ".join(faults)) from None


def read_secret(name: str, option: str, value: SecretStr | None, file: Path | None) -> SecretStr | None:
    """Take a secret from its option or from the file that `<option>_file` names (first line, blanks stripped)."""
    if file is None:
        return value
    if value is not None:
        raise OptionError(f"[gateways.{name}] {option}_file: keep either {option} or {option}_file, not both")
    try:
        with file.open(encoding="utf-8") as lines:
            secret = lines.read(_SECRET_FILE_LIMIT).partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"[gateways.{name}] {option}_file: {file} cannot be read ({error})") from None
    if not secret:
        raise OptionError(
            f"[gateways.{name}] {option}_file: {file} is empty; write the {option} on its first line"
        )
    return SecretStr(secret)


def _sentence(name: str, fault: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    said = str(fault["msg"]).removeprefix("Value error, ")
    said = _EXPECTED.get(fault["type"], said)
    if fault["type"] == "extra_forbidden":
        said = "is not an option of this driver; check its spelling or remove it"
    if fault["type"] == "missing":
        said = "is missing; add it to the table"
    return f"[gateways.{name}] {where}: {said}" if where else f"[gateways.{name}] {said}"
