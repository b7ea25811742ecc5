"""What a process does to the disk, recorded below its file-system calls, and what a loss of power could leave of it."""
