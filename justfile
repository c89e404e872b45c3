# The steps of CI, by the same names; nothing happens only there.

# Show this list.
default:
    @just --list

# Format, lints and documentation.
check:
    scripts/check

# All tests, on a real PostgreSQL.
test:
    scripts/test

# Licenses, advisories, sources and forbidden arrows.
deny:
    scripts/deny

# The crates that others depend on, built as they would be published.
package:
    scripts/package

# Looks for input that nobody thought of, for so many seconds a target.
fuzz seconds="600":
    scripts/fuzz {{seconds}}

# A sale from checkout to license, with a Stripe of its own.
demo *arguments:
    cargo run --locked -- demo {{arguments}}

# A server to develop against, with a Stripe of its own.
dev *arguments:
    cargo run --locked -- dev {{arguments}}

# A throw-away PostgreSQL, until end of input (Ctrl-D) or interrupt.
pg:
    cargo run --locked -p mintage-pgtmp
