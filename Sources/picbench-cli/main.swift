print("picbench")
