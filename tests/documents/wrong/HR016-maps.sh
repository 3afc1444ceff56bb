printf 'handrail: 1\nkind: protocol\nstates:\n'
seq 1 10001 | sed 's/.*/  s&: {final: x}/'
