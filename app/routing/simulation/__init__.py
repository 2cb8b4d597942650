"""What a floor would do: the production engine on a simulated clock, measured with its margins of error.

`simulate.py:simulate` is the way in; `scenario.py` is what may be asked, `report.py` what is answered.
"""
