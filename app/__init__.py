"""Skranke: an internal service desk with SLA clocks in working time, one folder per thing people do."""
