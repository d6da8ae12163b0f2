import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SheetRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=120, verbose_name='文件')),
                ('read_as', models.CharField(max_length=60)),
                ('headers', models.JSONField(default=list)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('checking', '校验中'), ('checked', '待确认'), ('importing', '导入中'), ('finished', '已完成'), ('dropped', '已放弃')], default='checking', max_length=10, verbose_name='状态')),
                ('whole', models.BooleanField(default=True)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('created_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SheetPiece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('sealed', models.BinaryField()),
                ('rows', models.PositiveIntegerField()),
                ('checked', models.BooleanField(default=False)),
                ('done', models.BooleanField(default=False)),
                ('faults', models.JSONField(default=list)),
                ('made', models.PositiveIntegerField(default=0)),
                ('known', models.PositiveIntegerField(default=0)),
                ('devices', models.PositiveIntegerField(default=0)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='migration.sheetrun')),
            ],
        ),
        migrations.AddIndex(
            model_name='sheetrun',
            index=models.Index(fields=['account', '-created_at'], name='sheet_latest'),
        ),
        migrations.AddConstraint(
            model_name='sheetpiece',
            constraint=models.UniqueConstraint(fields=('run', 'position'), name='sheet_piece_once'),
        ),
    ]
