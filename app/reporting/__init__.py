"""How the promises are kept, per unit and never per person unless that is agreed; and what if we promised something else."""
