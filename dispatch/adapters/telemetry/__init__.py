"""Measurements that are not facts: positions, vitals, waveforms, 12-lead ECGs; stored, shared, shown with their age."""
