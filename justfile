# Recipes for contributors. The commands themselves stand in .ci/run, which CI calls.

# Everything that must hold before a change lands
ci:
    bash .ci/run

# One or more steps: fmt clippy doc features package quickstart tests
step +names:
    bash .ci/run {{names}}

# The main job on our own corpus
quickstart *args:
    cargo run --release --example quickstart -- {{args}}

test:
    cargo test --workspace

bench:
    cargo bench -p plaudit

# Licences, bans and sources of dependencies (needs cargo-deny)
deny:
    cargo deny check licenses bans sources

# Known vulnerabilities (needs cargo-deny and the network)
advisories:
    cargo deny check advisories

# The kernels on 64-bit ARM, emulated (needs that target of rustup's, a cross linker and qemu-user)
arm:
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu" \
    cargo test --release -p plaudit-kernels --lib --target aarch64-unknown-linux-gnu

# Any bytes into the text pipeline and its readers, for 15 minutes each (needs `cargo install cargo-fuzz`). The instrumentation is
# unstable: this lets a stable compiler take it. There is no unsafe code that an address sanitizer would watch.
fuzz target="pipeline" seconds="900":
    RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none {{target}} -- -max_total_time={{seconds}} -max_len=512

# Memory errors in the one crate with unsafe code. The sanitizer is unstable: this lets a stable compiler take the flag.
asan:
    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address cargo test -p plaudit-kernels --lib --target x86_64-unknown-linux-gnu --target-dir target/asan

# Rules of Rust's memory model, on those of its tests that an interpreter finishes (needs a nightly compiler with miri).
# Threads of rayon's pool never end, which is no leak of ours.
miri:
    MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-tree-borrows -Zmiri-ignore-leaks" cargo +nightly miri test \
    -p plaudit-kernels --lib --target-dir target/miri -- packed softmax a_text_in_two_pieces not_a_number_comes_out
