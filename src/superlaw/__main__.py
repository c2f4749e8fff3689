"""Run `python -m superlaw`."""

from superlaw.cli import main

raise SystemExit(main())
