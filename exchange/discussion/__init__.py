"""Comments on proposals and programmes, with endorsements, following and moderation."""
