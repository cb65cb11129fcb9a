"""Campaigns: needs that the region asks members to solve, from drafting one to the results of its answers."""
