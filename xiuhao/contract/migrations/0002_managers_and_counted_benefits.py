import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contract', '0001_initial'),
        ('party', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='entitlement',
            name='manager',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='专属客户经理'),
        ),
        migrations.CreateModel(
            name='BenefitUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('line', models.CharField(max_length=60, verbose_name='权益')),
                ('used_on', models.DateField(verbose_name='使用日期')),
                ('number', models.CharField(blank=True, max_length=40, verbose_name='单号')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('recorded_by', models.BigIntegerField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('returned_at', models.DateTimeField(null=True)),
                ('returned_why', models.CharField(blank=True, max_length=200, verbose_name='退回原因')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='benefit_uses', to='party.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'line', 'used_on'], name='benefit_use')],
            },
        ),
    ]
