"""What programmes were promised to bring, and what they brought: money, people, counted once for each organisation and period."""
