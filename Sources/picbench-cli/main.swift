import PicBench

await PicBench.main()
