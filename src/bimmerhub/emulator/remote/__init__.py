"""What the services of BMW's older than CarData share: who may see which car, and commands to cars."""
