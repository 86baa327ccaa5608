"""A station's own address list: its streets and hamlets, the points at their doors, and how one is found by what is typed."""
