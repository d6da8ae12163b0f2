"""What is paid in parts is receipted in parts: more than one receipt of a kind for a list."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_given_back_for_good")]

    operations = [migrations.RemoveConstraint(model_name="receipt", name="receipt_once")]
