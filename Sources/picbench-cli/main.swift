import PicBench

PicBench.main()
