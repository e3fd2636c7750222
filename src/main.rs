//! The program. All of it is in the library, so that tests use what runs.

use sluss::read::excel::child;

/// Records are many small allocations that one thread makes and another frees.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // The confined reader of workbooks starts nothing else: no log, no panic hook, no arguments to parse.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|command| command == child::COMMAND)
    {
        return child::main();
    }
    sluss::cli::main().into()
}
