"""Speed, side by side with peers and with the physical limit, as ratios."""
