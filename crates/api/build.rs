//! Builds anew when an example was recorded: `include_dir!` does not notice new files.

fn main() {
    println!("cargo:rerun-if-changed=../../openapi/examples");
}
