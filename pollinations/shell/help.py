"""``help``: what ``--help`` says, for those who type it as a command."""

import click


@click.command("help")
@click.argument("command", required=False)
@click.pass_context
def help_(context: click.Context, command: str | None) -> None:
    """Say what there is, or what one command does."""
    program = context.find_root()
    if command is None:
        click.echo(program.get_help())
        return
    assert isinstance(program.command, click.Group)
    name, found, _ = program.command.resolve_command(program, [command])
    assert found is not None
    click.echo(found.get_help(click.Context(found, info_name=name, parent=program)))
