import PicBench

PicBench.main(adding: [Middle.self], tasks: [Opening.self], datasets: [Notes.self])
