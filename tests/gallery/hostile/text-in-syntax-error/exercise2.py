# coding: [2J-latin
def f(:
