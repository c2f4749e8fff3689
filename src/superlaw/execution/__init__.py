"""Run independent jobs: serially, in threads, in processes or on any executor; no physics."""
