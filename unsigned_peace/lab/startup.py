"""What a kernel of ``make lab`` runs first: it says of a library that is not here what to do."""

from IPython import get_ipython

from unsigned_peace.commands import explain_missing


def _show(shell, kind, error, trace, tb_offset=None):  # type: ignore[no-untyped-def]
    explain_missing(error)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


if shell := get_ipython():
    shell.set_custom_exc((ModuleNotFoundError,), _show)
