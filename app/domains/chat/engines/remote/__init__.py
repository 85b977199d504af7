"""An engine outside: any server that speaks OpenAI's chat completions, told by its URL."""
