"""What all benches share: options, the machine's state, the report and its bars."""
