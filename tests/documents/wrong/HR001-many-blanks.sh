printf 'handrail: 1\n'
head -c 4194304 /dev/zero | tr '\0' ' '
