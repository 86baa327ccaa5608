"""Reads one file of config/: TOML, bounded, checked by pydantic; what is wrong with it is named, and where."""

import tomllib
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alertd.errors import ConfigurationError

Words = Annotated[str, Field(min_length=1, max_length=600)]
Reply = Annotated[str, Field(min_length=1, max_length=60)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]

MAX_FILE_BYTES: Final = 1 << 20


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


File = TypeVar("File", bound=Table)


def config_folder() -> Path:
    """Where topics, templates and phrases are: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "config", package.parent / "config"):
        if (folder / "topics.toml").is_file():
            return folder
    raise ConfigurationError(
        code="catalogue_missing",
        message=f"config/topics.toml is neither in {package} nor beside it: reinstall alertd.",
    )


def read_file(path: Path, model: type[File]) -> File:
    try:
        with path.open("rb") as file:
            return model.model_validate(tomllib.loads(_bounded(file.read(MAX_FILE_BYTES + 1)).decode()))
    except OSError as error:
        raise ConfigurationError(code="catalogue_missing", message=f"{path}: {error.strerror}.") from error
    except ValidationError as error:
        raise ConfigurationError(code="catalogue_invalid", message=f"{path}: {_sentences(error)}") from error
    except ValueError as error:
        raise ConfigurationError(code="catalogue_invalid", message=f"{path} is not TOML: {error}.") from error


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_FILE_BYTES:
        message = "it is longer than 1 MiB"
        raise ValueError(message)
    return content


def _sentences(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:10])
