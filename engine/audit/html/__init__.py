"""Pages for reviewers: one self-contained HTML file each, without script or network."""
