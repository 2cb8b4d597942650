# Everything is done by dev.py (standard library); this file only forwards, for those who have make.
PYTHON ?= python3
COMMANDS := run test setup ui dev check bench faults clean help

.DEFAULT_GOAL := help
.PHONY: $(COMMANDS)

$(COMMANDS):
	@$(PYTHON) dev.py $@ $(ARGS)
