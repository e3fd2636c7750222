//! The program. All of it is in the library, so that tests use what runs.

fn main() -> std::process::ExitCode {
    sluss::cli::main().into()
}
