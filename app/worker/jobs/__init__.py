"""Jobs: `async def verb_noun(services, run)`, ids in, one service call out."""
