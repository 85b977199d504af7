"""Child processes of `finnami up`: servers, ports, secrets, locks; spoken to over sockets only."""
