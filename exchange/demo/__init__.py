"""The demo: people and proposals worth reading, played through the real services day by day."""
