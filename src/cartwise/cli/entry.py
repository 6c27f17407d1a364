"""Run a command; every mistake of a user ends in one message and exit code 2, never in a traceback."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer
from typer.exceptions import Abort, TyperException

from cartwise.basis import UserError
from cartwise.cli import backtesting, catalogues, cytometry, evidencing, making, studying, trying

app = typer.Typer(
    name="cartwise",
    help=(
        "Follow children and young adults through CD19 CAR T-cell therapy for B-ALL: measures, what each source "
        "advises and why, cohort analyses, reports. Research use; it supports and never replaces clinical judgement."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for commands in (trying, making, studying, backtesting, cytometry, evidencing, catalogues):
    commands.add_to(app)

INTERRUPTED = 130
INTERRUPTION = "cartwise: interrupted. Run the same command again; what was half written is written anew, and a command with --resume goes on."
DEFECT = 70


def main() -> None:
    """The entry point `cartwise`."""
    try:
        code = app(sys.argv[1:] or ["--help"], prog_name="cartwise", standalone_mode=False)
    except Abort:
        _leave(INTERRUPTION, INTERRUPTED)
    except TyperException as error:
        _leave(f"cartwise: {_words(error)} `cartwise --help` lists the commands, and each has --help.", 2)
    except UserError as error:
        _leave(f"cartwise: {error}", error.exit_code)
    except KeyboardInterrupt:
        _leave(INTERRUPTION, INTERRUPTED)
    except BrokenPipeError:
        os._exit(0)  # the reader of the pipe has left: nothing more to say, and nobody to say it to
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        _leave(
            f"cartwise: cannot read or write{where}: {error.strerror}. Name another place, or mend its permissions.",
            2,
        )
    except Exception as error:
        if os.environ.get("CARTWISE_DEBUG"):
            raise
        _leave(_defect(error), DEFECT)
    else:
        _end(code if isinstance(code, int) else 0)


def _end(code: int) -> NoReturn:
    """Leave with the command's own code; typer takes some interrupts itself, and says nothing."""
    if code == INTERRUPTED:
        _leave(INTERRUPTION, INTERRUPTED)
    raise SystemExit(code)


def _words(error: TyperException) -> str:
    """What typer says is wrong with the command line."""
    told = getattr(error, "format_message", None)
    return str(told() if told else error)


def _defect(error: Exception) -> str:
    # The message of an unforeseen error could repeat a cell of the record, so only its kind and place are shown.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno})" if trace else ""
    return (
        f"cartwise: a defect of cartwise itself, {type(error).__name__}{where}. Nothing was changed in your records. "
        "Please report it; CARTWISE_DEBUG=1 shows the details, which may hold values of patients."
    )


def _leave(message: str, code: int) -> NoReturn:
    sys.stdout.flush()
    print(message, file=sys.stderr)
    raise SystemExit(code)
