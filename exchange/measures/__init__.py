"""What programmes change: measures, the figures that adopters enter each month, and charts that tell signal from noise."""
