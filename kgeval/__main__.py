"""``python -m kgeval``: the command, where it is not installed as one."""

from kgeval.cli import main

if __name__ == "__main__":
    main()
