# The steps of CI under the same names. CI runs nothing else.

# List these commands.
default:
    @just --list

# Check format, lints and documentation.
check:
    scripts/check

# Run all tests on a real PostgreSQL.
test:
    scripts/test

# Check licenses, advisories, sources and forbidden dependencies.
deny:
    scripts/deny

# Package the crates that are published.
package:
    scripts/package

# Run the fuzz targets for a number of seconds each.
fuzz seconds="600":
    scripts/fuzz {{seconds}}

# Interleave the events of sales at random in a number of cases, and compare each with the orderly run.
soak cases="1000000":
    scripts/soak {{cases}}

# Run a sale from checkout to refund, with a simulated Stripe.
demo *arguments:
    cargo run --locked -- demo {{arguments}}

# Run a server to develop against, with a simulated Stripe.
dev *arguments:
    cargo run --locked -- dev {{arguments}}

# Measure a release build beside its databases, and print ratios.
bench *arguments:
    scripts/bench {{arguments}}

# Run a throw-away PostgreSQL until the end of the input (Ctrl-D) or an interrupt.
pg:
    cargo run --locked -p mintage-pgtmp
