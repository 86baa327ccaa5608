"""The command line. Each command's module is imported when it is called: `alertd --help` stays quick.

To add a command, add one line to COMMANDS.
"""

from importlib import import_module
from typing import Final

import click

COMMANDS: Final = {
    "alert": ("alertd.cli.alerts:alert", "Alerts: preview, send, list, show."),
    "announce": ("alertd.cli.announce:announce", "One banner to all operators."),
    "audit": ("alertd.cli.audit:audit", "Who did what, and whether nobody changed it."),
    "backup": ("alertd.cli.backups:backup", "Backups: create, list, verify, restore, and copies elsewhere."),
    "canary": ("alertd.cli.canaries:canary", "Test alerts to reserved addresses: add, remove, list, try."),
    "check-config": ("alertd.cli.tools:check_config", "Read the configuration, and say what was understood."),
    "coach": ("alertd.cli.tools:coach", "What a text costs as an SMS."),
    "compact": (
        "alertd.cli.compact:compact",
        "Write a SQLite database anew: nothing of what was erased is left.",
    ),
    "demo": ("alertd.cli.demo:demo", "A village of invented people, on this machine."),
    "doctor": ("alertd.cli.doctor:doctor", "What is wrong, and what to do about it."),
    "gateways": ("alertd.cli.gateways:gateways", "Which provider speaks, and why."),
    "init": ("alertd.cli.init:init", "Make an instance, and say what is left to do."),
    "key": ("alertd.cli.keys:key", "API keys of a station."),
    "keys": ("alertd.cli.rotation:keys", "The instance's secret: another takes its place."),
    "migrate": ("alertd.cli.migrate:migrate", "Bring the database up to date, or move it to PostgreSQL."),
    "operator": ("alertd.cli.operators:operator", "People who log in."),
    "phone": ("alertd.cli.tools:phone", "What a telephone number is."),
    "privacy": ("alertd.cli.privacy:privacy", "The papers that the law asks for."),
    "schedule": ("alertd.cli.schedules:schedule", "Messages that repeat: what a rule means."),
    "secret": ("alertd.cli.secrets:secret", "The instance's secret, on paper and back."),
    "sending": ("alertd.cli.sending:sending", "Pause or resume all sending."),
    "serve": ("alertd.cli.serve:serve", "Run a node."),
    "station": ("alertd.cli.stations:station", "Stations: who may alert."),
    "units": ("alertd.cli.units:units", "systemd's units of this version, with this instance's places."),
    "usage": ("alertd.cli.usage:usage", "What each station sent in a month, in segments and euros."),
    "subscribers": ("alertd.cli.subscribers:subscribers", "Import or export a station's people."),
}
"""Each command's name, where it is, and what it does."""


class Commands(click.Group):
    """The commands of the table, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing anything."""
        own = [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(sorted([*own, *((name, what) for name, (_, what) in COMMANDS.items())]))
        del ctx


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alertd", prog_name="alertd")
def main() -> None:
    """Warn the people who are in a zone, by SMS, push, e-mail and voice."""
