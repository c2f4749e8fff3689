"""Reports: verdicts, tables of accuracy and worked examples."""
