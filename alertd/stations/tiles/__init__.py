"""Tiles: pictures of the land, asked for by this machine, kept within bounds, shown around a station and nowhere else."""
