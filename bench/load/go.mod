module tailwart.invalid/bench/load

go 1.22
