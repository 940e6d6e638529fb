"""Compare the two best runs of a project: run the file in the project's directory, or its cells (# %%) in an editor."""

# %% One row per trained run
import matplotlib.pyplot as plt
import mlflow
import pandas as pd

import numlp

runs = numlp.runs()
runs = runs[(runs.status == "finished") & (runs.dataset == runs.dataset[0])]  # on the data set of the newest run
best = runs.sort_values("val_accuracy", ascending=False).head(2).set_index("name")
print(best[["dataset", "epochs", "val_accuracy", "test_accuracy"]])

# %% The settings that differ
differing = best.columns[best.nunique(dropna=False) > 1]
print(best[differing.drop(["id", "started"])].T)

# %% Their evaluation points, from the files that MLflow has of them
figure, axes = plt.subplots()
for name, run_id in best.id.items():
    file = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="history.csv", tracking_uri="sqlite:///mlruns/mlflow.db")
    history = pd.read_csv(file)
    axes.plot(history.epoch, history.val_accuracy, label=name)
axes.set(xlabel="epochs", ylabel="validation accuracy")
axes.legend()
figure.savefig("runs.png")
