"""Risk assessment of major matters: who approves, and does the survey prove it?"""
