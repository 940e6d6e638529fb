"""Compare the two best runs of a project: run the file in the project's directory, or its cells (# %%) in an editor."""

# %% One row per trained run
import matplotlib.pyplot as plt
import mlflow
import pandas as pd

import numlp

runs = numlp.runs()
runs = runs[runs.status == "finished"]
runs = runs[runs.dataset.isin(runs.dataset.value_counts().index[:1])]  # on the data set with most runs
best = runs.sort_values("val_accuracy", ascending=False).head(2)
if len(best) < 2:
    raise SystemExit("train two networks on one data set first, such as numlp train -m norm=none,before")
print(best[["name", "epochs", "val_accuracy", "test_accuracy"]].to_string(index=False))

# %% The settings that differ
differing = best.drop(columns=["id", "started"]).set_index("name").loc[:, lambda table: table.nunique(dropna=False) > 1]
print(differing.T.to_string())

# %% Their evaluation points, from the files that MLflow has of them
figure, axes = plt.subplots()
for run_id, name in zip(best.id, best.name, strict=True):
    file = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="history.csv", tracking_uri="sqlite:///mlruns/mlflow.db")
    history = pd.read_csv(file)
    axes.plot(history.epoch, history.val_accuracy, label=name)
axes.set(xlabel="epochs", ylabel="validation accuracy")
axes.legend()
figure.savefig("runs.png")
